"""What is measured of magnetkit in a checkout: accuracy, speed, and what it stands of faults."""
