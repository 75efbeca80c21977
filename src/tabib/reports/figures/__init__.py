"""Plots of analyses, with matplotlib (extra ``plots``), imported only when one is drawn."""
