#!/usr/bin/env python3
#SBATCH --mem=100M
#SBATCH --output=python_%j.log
import os
print("job", os.environ["SLURM_JOB_ID"], "in", os.environ["SLURM_JOB_NAME"])
