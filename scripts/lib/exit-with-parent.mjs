// Preloaded into what the scripts start (node --import). The channel to the parent closes when the parent ends in
// whatever way, SIGKILL included: then this process stops as on SIGTERM, and within ten seconds in any case.
// The variable keeps it out of the processes and threads that inherit the option from this one.
if (process.env.XENO_EXIT_WITH_PARENT && process.channel) {
  delete process.env.XENO_EXIT_WITH_PARENT;
  process.once('disconnect', () => {
    setTimeout(() => process.exit(1), 10_000).unref();
    process.kill(process.pid, 'SIGTERM');
  });
  process.channel.unref();
}
