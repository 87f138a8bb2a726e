#!/bin/bash
#SBATCH -p gpu
#SBATCH --gpus=a100:2
#SBATCH --mem=100M
python train.py
