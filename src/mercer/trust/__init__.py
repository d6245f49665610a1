"""What audits all capabilities alike."""
