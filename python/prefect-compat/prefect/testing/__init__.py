"""What tests of flows use."""
