"""Our side of execution: slice the program, start the jail, talk to the agent, turn its report into a verdict."""
