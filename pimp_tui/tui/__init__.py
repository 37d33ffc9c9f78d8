"""The terminal app: it knows a campaign through session files and the control socket only."""
