// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cerrno>
#include <cstdio>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace wbsync::program {

/// Writes to standard output, and does not fail unnoticed: a report that nobody got is no success.
inline void print(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
        throw std::system_error(errno, std::generic_category(), "cannot write the output");
}

/// Opens closed standard descriptors: the next file to be opened would get their number, and their
/// text.
inline void expect_standard_descriptors() {
    const bool writable = ::fcntl(STDOUT_FILENO, F_GETFD) >= 0;
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (::fcntl(fd, F_GETFD) < 0)
            ::open("/dev/null", O_RDWR); // gets the lowest free number
    if (!writable)
        throw std::system_error(EBADF, std::generic_category(), "cannot write the output");
}

/// The width of the terminal, within reason, or `otherwise`.
inline int output_width(int otherwise) {
    winsize size{};
    if (::isatty(STDOUT_FILENO) != 1 || ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 ||
        size.ws_col == 0)
        return otherwise;
    return size.ws_col < 60 ? 60 : size.ws_col > 160 ? 160 : size.ws_col;
}

} // namespace wbsync::program
