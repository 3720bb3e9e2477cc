// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cerrno>
#include <cstdio>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/core.h>

namespace wbsync::search {

/// A file that is written as a whole or not at all: the text goes into a draft beside it, which
/// replaces it at the end. So stopping halfway leaves the older file as it was. One writer at a
/// time. Throws std::system_error, which names the file and says what is wrong.
class whole_file {
public:
    explicit whole_file(std::string path) : path_(std::move(path)) {}

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

    /// Can it be written? Does not change the file.
    void expect_writable() const {
        write_draft("", [](std::FILE*) { return 0; });
        std::remove(draft().c_str());
        // A draft would not notice that the path is a folder. <sys/stat.h> has a name that a model
        // may have, so it is not used.
        if (std::FILE* const there = std::fopen(path_.c_str(), "r+e"); there != nullptr)
            std::fclose(there);
        else if (errno == EISDIR)
            fail(EISDIR);
    }

    void write(std::string_view text) const {
        write(text, [](std::FILE*) { return 0; });
    }

    /// `finish` gets the draft before it replaces the file, and returns an error number, or 0.
    template <class Finish>
    void write(std::string_view text, Finish finish) const {
        write_draft(text, finish);
        if (std::rename(draft().c_str(), path_.c_str()) != 0)
            give_up();
    }

private:
    [[nodiscard]] std::string draft() const { return path_ + ".new"; }

    template <class Finish>
    void write_draft(std::string_view text, Finish finish) const {
        std::FILE* const out = std::fopen(draft().c_str(), "we");
        if (out == nullptr)
            fail(errno);
        std::fwrite(text.data(), 1, text.size(), out);
        const int why = std::fflush(out) == 0 && std::ferror(out) == 0 ? finish(out) : errno;
        if (std::fclose(out) != 0 || why != 0)
            give_up(why != 0 ? why : errno);
    }

    /// Removes the draft.
    [[noreturn]] void give_up(int why = errno) const {
        std::remove(draft().c_str());
        fail(why);
    }

    [[noreturn]] void fail(int why) const {
        throw std::system_error(why, std::generic_category(),
                                fmt::format("cannot write '{}'", path_));
    }

    std::string path_;
};

} // namespace wbsync::search
