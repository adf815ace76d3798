// Loaded before each process of the shop: when the one that started it is gone, however it ended, this one goes too.
process.once('disconnect', () => process.exit(0))
process.channel?.unref()
