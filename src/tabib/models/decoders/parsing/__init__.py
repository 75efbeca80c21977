"""From a model's text to a prediction, one file per task. No text makes these raise."""
