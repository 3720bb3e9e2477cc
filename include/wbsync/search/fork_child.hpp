// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <csignal>
#include <cstdlib>

#include <sys/prctl.h>
#include <sys/types.h>
#include <unistd.h>

namespace wbsync::search {

/// Forks; the child calls `work`, which ends the process itself, and is killed when its parent
/// ends. Returns the child's number to the parent; -1 if there is none, with errno set.
template <class Work>
pid_t fork_child(const Work& work) {
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child != 0)
        return child;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() == parent) // otherwise it ended before that
        work();
    ::_exit(EXIT_FAILURE);
}

} // namespace wbsync::search
