// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
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

/// The width for text, within reason: that of the variable COLUMNS of the environment, or else that
/// of the terminal, or else `otherwise`.
inline int output_width(int otherwise) {
    constexpr int least = 60, most = 160;
    if (const char* const said = std::getenv("COLUMNS"); said != nullptr) {
        int columns = 0;
        const char* const end = said + std::strlen(said);
        const auto [stop, error] = std::from_chars(said, end, columns);
        if (error == std::errc{} && stop == end && columns > 0)
            return std::clamp(columns, least, most);
    }
    winsize size{};
    if (::isatty(STDOUT_FILENO) != 1 || ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 ||
        size.ws_col == 0)
        return otherwise;
    return std::clamp(int{size.ws_col}, least, most);
}

/// Is standard output in colour? `choice` is that of --color: "always", "never", or "auto": on a
/// terminal that knows colours, unless the variable NO_COLOR of the environment has a text.
inline bool has_colour(std::string_view choice) {
    if (choice != "auto")
        return choice == "always";
    const char* const refused = std::getenv("NO_COLOR");
    const char* const terminal = std::getenv("TERM");
    return ::isatty(STDOUT_FILENO) == 1 && (refused == nullptr || *refused == '\0') &&
           (terminal == nullptr || std::string_view{terminal} != "dumb");
}

} // namespace wbsync::program
