"""The door to Slack: acknowledge, translate, call one service, translate back."""
