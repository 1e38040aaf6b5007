"""What tasks and relief measures need beside the task table."""
