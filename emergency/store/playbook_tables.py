"""Playbooks written in the console: drafts, approvals, feedback."""
