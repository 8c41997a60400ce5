"""The figures, each described once: what is drawn, in which colours, on which axes.

A figure is plain data in plotly's own form. The report and the explorer hand it to plotly.js, whose
pages need hovering and zooming without Python; `magnetkit.show.plots` draws the same data into
matplotlib's axes, for notebooks and for print.
"""
