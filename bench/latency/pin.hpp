// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <vector>

#include <pthread.h>
#include <sched.h>

namespace wbsync::bench {

/// The CPUs that this process may use.
inline std::vector<int> usable_cpus() {
    cpu_set_t set;
    CPU_ZERO(&set);
    std::vector<int> cpus;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        for (int cpu = 0; cpu != CPU_SETSIZE; ++cpu)
            if (CPU_ISSET(cpu, &set))
                cpus.push_back(cpu);
    return cpus;
}

/// The CPUs of a run's threads: the thread that unmounts has the first CPU, with the writer of the
/// target, and the others share the rest. A thread that one of them starts, such as a kworker,
/// stays on the CPU of the thread that started it.
class placement {
public:
    explicit placement(bool pinned) : cpus_(pinned ? usable_cpus() : std::vector<int>{}) {}

    void pin_umounter() const {
        if (!cpus_.empty())
            pin(cpus_.front());
    }
    void pin_other(int number) const {
        if (cpus_.size() > 1)
            pin(cpus_[1 + static_cast<std::size_t>(number) % (cpus_.size() - 1)]);
    }

private:
    /// Best effort: a CPU may have been taken away meanwhile.
    static void pin(int cpu) {
        cpu_set_t set;
        CPU_ZERO(&set);
        CPU_SET(cpu, &set);
        pthread_setaffinity_np(pthread_self(), sizeof set, &set);
    }

    std::vector<int> cpus_;
};

} // namespace wbsync::bench
