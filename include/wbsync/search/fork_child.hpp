// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <csignal>
#include <cstdlib>

#include <sys/prctl.h>
#include <sys/types.h>
#include <unistd.h>

namespace wbsync::search {

/// Forks. The child calls `work`, which ends the process itself; it is killed when its parent ends.
/// Returns the child's process id to the parent; -1 if fork() fails, with errno set.
template <class Work>
pid_t fork_child(const Work& work) {
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child != 0)
        return child;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() == parent) // otherwise the parent has ended already
        work();
    ::_exit(EXIT_FAILURE);
}

} // namespace wbsync::search
