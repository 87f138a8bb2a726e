#!/bin/sh
# `srun` inside a job of one node: runs a command in it, once or a few times. In a gang the gang's own srun does.
# In plain shell, since the job's machine may have nothing of Zoe's. An option that is in no list here is refused by name.
no() { echo "srun: error: $1 is not supported by Zoe" >&2; exit 1; }
tasks=${SLURM_NTASKS:-1} cpus=1 out= err= in= dir=
while [ $# -gt 0 ]; do
  name= value=
  case $1 in
    --) shift; break ;;
    --*=*) name=${1%%=*} value=${1#*=}; shift ;;
    --exclusive|--exact|--overlap|--unbuffered|--label|--quiet|--verbose|--pty|--oversubscribe|--overcommit|--no-kill|--kill-on-bad-exit)
      shift; continue ;;
    --*) name=$1 value=${2-}; shift; [ $# -eq 0 ] || shift ;;
    -[luQsOvXK]) shift; continue ;;
    -[a-zA-Z]) name=$1 value=${2-}; shift; [ $# -eq 0 ] || shift ;;
    -[a-zA-Z]*) value=${1#-?} name=${1%"$value"}; shift ;;
    *) break ;;
  esac
  case $name in
    -n|--ntasks) tasks=$value ;;
    -c|--cpus-per-task) cpus=$value ;;
    -o|--output) out=$value ;;
    -e|--error) err=$value ;;
    -i|--input) in=$value ;;
    -D|--chdir) dir=$value ;;
    -N|--nodes) [ "$value" = 1 ] || [ "$value" = 1-1 ] || no "$name $value in a job of one node" ;;
    --export) [ "$value" = ALL ] || no "$name=$value" ;;
    -[mtJApG]) ;;
    --mpi|--cpu-bind|--mem-bind|--cpu_bind|--distribution|--hint|--threads-per-core|--time|--mem|--mem-per-cpu) ;;
    --job-name|--jobid|--account|--partition|--kill-on-bad-exit|--ntasks-per-node|--gres|--gpus|--gpus-per-task|--wait) ;;
    *) no "$name" ;;
  esac
done
[ $# -gt 0 ] || { echo "srun: fatal: No command given to execute." >&2; exit 1; }
if [ "$tasks" -gt 1 ] && [ $((tasks * cpus)) -gt "${SLURM_CPUS_ON_NODE:-1}" ]; then
  echo "srun: error: Unable to create step for job $SLURM_JOB_ID: More processors requested than permitted" >&2
  exit 1
fi
[ -z "$dir" ] || cd "$dir" || exit 1
[ -z "$in" ] || exec <"$in"
[ -z "$out" ] || exec >"$out"
[ -z "$err" ] || exec 2>"$err"
export SLURM_STEP_ID=0 SLURM_STEPID=0 SLURM_NTASKS="$tasks" SLURM_NPROCS="$tasks"
[ "$tasks" -gt 1 ] || exec "$@"
rank=0 ranks=
while [ $rank -lt "$tasks" ]; do
  SLURM_PROCID=$rank SLURM_LOCALID=$rank "$@" &
  ranks="$ranks $!" rank=$((rank + 1))
done
worst=0
for rank in $ranks; do
  wait "$rank" || { code=$?; [ $code -le $worst ] || worst=$code; }
done
exit $worst
