"""Bulletins, approvals, deliveries and the rumour register."""
