"""The log of phone calls: telephone systems tell, Parley writes it down."""
