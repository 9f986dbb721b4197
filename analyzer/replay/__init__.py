"""Generated scenarios, run on upstream's kernel and on the patch's in lockstep."""
