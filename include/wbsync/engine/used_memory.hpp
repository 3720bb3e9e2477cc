// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include <sys/syscall.h>
#include <unistd.h>

namespace wbsync::engine {

/// Memory that the process uses, in MiB. A signal handler may call it. (The peak would include what
/// the program did before, and even the program that started it.)
inline std::uint64_t used_memory() noexcept {
    // openat(2) for reading, by its number: <fcntl.h> has names that models want, such as `stat`.
    const int file = static_cast<int>(::syscall(SYS_openat, -1, "/proc/self/statm", 0));
    std::array<char, 128> text{};
    const ssize_t size = file < 0 ? 0 : ::read(file, text.data(), text.size() - 1);
    if (file >= 0)
        ::close(file);
    const char* at = std::find(text.data(), text.data() + std::max<ssize_t>(size, 0), ' ');
    std::uint64_t pages = 0; // resident ones, the second number
    for (++at; at < text.data() + size && *at >= '0' && *at <= '9'; ++at)
        pages = pages * 10 + static_cast<std::uint64_t>(*at - '0');
    return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) >> 20U;
}

} // namespace wbsync::engine
