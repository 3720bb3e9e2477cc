// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/search/whole_file.hpp>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/core.h>
#include <unistd.h>

namespace wbsync::program {

/// A file that the user has named for a result: written as a whole or not at all, and on the disk
/// when that has succeeded. What is no file of a disk, such as /dev/stdout or a pipe, is written as
/// it is: another file in its place would not be what the user meant. Throws std::system_error,
/// which names the file and says what is wrong.
class user_file {
public:
    explicit user_file(std::string path) : file_(std::move(path)) {}

    [[nodiscard]] const std::string& path() const noexcept { return file_.path(); }

    /// Can it be written? Does not change the file.
    void expect_writable() const {
        if (!is_special())
            file_.expect_writable();
        else if (::access(path().c_str(), W_OK) != 0)
            fail(errno);
    }

    void write(std::string_view text) const {
        if (is_special())
            return write_special(text);
        file_.write(text, [](std::FILE* draft) {
            return ::fsync(::fileno(draft)) == 0 || errno == EINVAL ? 0 : errno;
        });
    }

private:
    [[nodiscard]] bool is_special() const {
        std::error_code ignored;
        const auto kind = std::filesystem::status(path(), ignored).type();
        using type = std::filesystem::file_type;
        return kind == type::character || kind == type::block || kind == type::fifo ||
               kind == type::socket;
    }

    void write_special(std::string_view text) const {
        std::FILE* const out = std::fopen(path().c_str(), "we");
        if (out == nullptr)
            fail(errno);
        std::fwrite(text.data(), 1, text.size(), out);
        const int why = std::fflush(out) == 0 && std::ferror(out) == 0 ? 0 : errno;
        if (std::fclose(out) != 0 || why != 0)
            fail(why != 0 ? why : errno);
    }

    [[noreturn]] void fail(int why) const {
        throw std::system_error(why, std::generic_category(),
                                fmt::format("cannot write '{}'", path()));
    }

    search::whole_file file_;
};

} // namespace wbsync::program
