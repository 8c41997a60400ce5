"""What the diffusion of heavy rare earth is worth: published results, the motor, factors."""
