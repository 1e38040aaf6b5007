"""The level's own history: proposals, who was asked, who held which level when."""
