"""What should be bought: the best set of upgrades within a budget, with its proof, and what could be spared."""
