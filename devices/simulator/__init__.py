"""A simulated wide-area network of communications hubs: NumPy only, no Django, no clock, no state."""
