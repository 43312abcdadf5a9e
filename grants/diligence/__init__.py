"""Due diligence: one check of an organisation for a bid by tier, and signals of fraud that a person settles."""
