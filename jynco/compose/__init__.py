"""Film craft, pure: a storyboard becomes a timeline, spans, graphs and argument lists."""
