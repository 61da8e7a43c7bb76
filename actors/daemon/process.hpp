#pragma once
// What the process asks of the operating system, before any thread starts.

namespace bellman {

/// Blocks the signals that daemon::run waits for (every thread inherits that), ignores SIGPIPE, and takes as many file
/// descriptors as the hard limit allows.
void prepare_process();

/// Waits for SIGTERM, SIGINT or SIGHUP and answers which came.
int wait_for_signal();
/// Makes wait_for_signal answer. Any thread.
void raise_signal(int signal);

} // namespace bellman
