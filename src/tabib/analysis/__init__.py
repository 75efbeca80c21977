"""What saved predictions say beyond their scores: by type, by error, by confidence. Needs neither model nor torch.

Every analysis is a pure function of a run's saved gold and predictions, and so serves any model that made them. It
returns small frozen dataclasses; what is undefined is None with a reason.
"""
