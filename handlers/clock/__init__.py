"""The door for what is due by the clock alone: alarms; notices come later."""
