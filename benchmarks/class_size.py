print("The 10,000 run is measured in another worktree now, on the merged engine. Do not run it again: commit and report.")
