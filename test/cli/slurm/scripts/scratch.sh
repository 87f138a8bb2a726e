#!/bin/bash
#SBATCH --mem=100M --time=00:02:00
#SBATCH --output=scratch_%j.log
SCRATCH=$TMPDIR/$SLURM_JOB_ID
mkdir -p "$SCRATCH" && cd "$SCRATCH" || exit 1
echo result > result.txt
cp result.txt "$SLURM_SUBMIT_DIR/scratch-result.txt"
rm -rf "$SCRATCH"
echo done in $SLURM_SUBMIT_DIR
