"""The judge: trustlane and four plainer ways, over the same traffic, held to the same truth."""
