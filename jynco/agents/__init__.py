"""The five residents: architect, motion and render work; storyboard and quartermaster keep."""
