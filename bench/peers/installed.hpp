// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/peers/sources.hpp"
#include "tools/program.hpp"

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

/// The peers that are installed on this machine.
namespace bench::peers {

/// The description of a peer.
struct peer {
    const char* name;     ///< as it calls itself
    const char* program;  ///< in the path
    const char* variable; ///< variable of the environment: the directory that sources.hpp refers to
    const char* directory;

    const source* (*find)(const row&);
    /// The program's arguments.
    std::vector<std::string> (*arguments)(const row&, const source&);
    std::optional<needed> (*read)(std::string_view output);
};

/// The words, separated by spaces, with {} replaced by the size.
inline std::vector<std::string> words_of(std::string_view text, int size) {
    std::vector<std::string> words;
    std::istringstream in{std::string{text}};
    for (std::string word; in >> word;) {
        if (const std::size_t at = word.find("{}"); at != std::string::npos)
            word.replace(at, 2, fmt::format("{}", size));
        words.push_back(std::move(word));
    }
    return words;
}

inline void append(std::vector<std::string>& to, const std::vector<std::string>& more) {
    to.insert(to.end(), more.begin(), more.end());
}

/// genmc [words for the checker] -- [words for the compiler] file
inline std::vector<std::string> genmc_arguments(const row& r, const source& s) {
    std::vector<std::string> words{r.memory == memory_kind::sc ? "--sc" : "--rc11"};
    append(words, words_of(s.checker, r.size));
    words.emplace_back("--");
    append(words, words_of(s.compiler, r.size));
    words.emplace_back(s.file);
    return words;
}

/// nidhuggc [words for the compiler] -- [words for the checker] file
inline std::vector<std::string> nidhugg_arguments(const row& r, const source& s) {
    std::vector<std::string> words = words_of(s.compiler, r.size);
    append(words, {"--", "--sc", "--optimal"});
    append(words, words_of(s.checker, r.size));
    words.emplace_back(s.file);
    return words;
}

inline const source* genmc_source(const row& r) {
    return find_source(genmc_sources, r);
}

/// Its numbers are valid under sc.
inline const source* nidhugg_source(const row& r) {
    return r.memory == memory_kind::sc ? find_source(nidhugg_sources, r) : nullptr;
}

inline constexpr peer genmc{"GenMC",
                            "genmc",
                            "WBSYNC_GENMC_TESTS",
                            "tests/correct of a GenMC checkout",
                            genmc_source,
                            genmc_arguments,
                            read_genmc};

/// The program nidhuggc compiles the C file and calls nidhugg, which takes no C.
inline constexpr peer nidhugg{"Nidhugg",
                              "nidhuggc",
                              "WBSYNC_NIDHUGG_BENCHMARKS",
                              "benchmarks of a Nidhugg checkout",
                              nidhugg_source,
                              nidhugg_arguments,
                              read_nidhugg};

/// A peer on this machine, if it is installed. Obstacles are reported on stderr.
class installed_peer {
public:
    explicit installed_peer(const peer& p) : peer_(p) {
        const char* const directory = std::getenv(p.variable);
        const std::optional<std::string> program = wbsync::tools::find_in_path(p.program);
        if (!program && directory != nullptr)
            say(fmt::format("{} is set, but there is no {} in the path", p.variable, p.program));
        else if (program && directory == nullptr)
            say(fmt::format("{} is there, but not its programs: {} can name the directory {}",
                            p.program, p.variable, p.directory));
        else if (program && !std::filesystem::is_directory(directory))
            say(fmt::format("{}: there is no directory {}", p.variable, directory));
        else if (program)
            use(*program, directory);
    }

    /// Replaces the published numbers by its own numbers, if it can run the row's program.
    void update(needed& published, const row& r, int seconds) {
        const source* const s = peer_.find(r);
        if (program_.empty() || s == nullptr)
            return;
        if (const std::optional<needed> seen = run(r, *s, seconds)) {
            published = *seen;
            ran_ = true;
        }
    }

    /// Name and version, if it has run something: "GenMC 0.11.0".
    [[nodiscard]] std::optional<std::string> name() const {
        if (!ran_)
            return std::nullopt;
        return fmt::format("{}{}", peer_.name, version_.empty() ? "" : " " + version_);
    }

private:
    static void say(const std::string& what) { fmt::print(stderr, "wbsync_bench: {}\n", what); }

    void use(const std::string& program, const std::string& directory) {
        program_ = program;
        directory_ = directory;
        version_ = version_in(limited(10, {"--version"}).output);
    }

    /// The number that comes after the name.
    [[nodiscard]] std::string version_in(const std::string& text) const {
        const std::string name = std::string{peer_.name} + " ";
        for (std::size_t at = 0; (at = text.find(name, at)) != std::string::npos;) {
            at += name.size();
            const std::size_t begin = at + (text[at] == 'v' ? 1 : 0);
            const std::size_t end = text.find_first_not_of("0123456789.", begin);
            if (begin != end && begin != text.size())
                return text.substr(begin, end - begin);
        }
        return "";
    }

    [[nodiscard]] wbsync::tools::program_end
    limited(int seconds, const std::vector<std::string>& arguments) const {
        std::vector<std::string> words{"timeout", fmt::format("{}", seconds), program_};
        append(words, arguments);
        return wbsync::tools::run_program(words, {.directory = directory_});
    }

    std::optional<needed> run(const row& r, const source& s, int seconds) const {
        const wbsync::tools::program_end result = limited(seconds, peer_.arguments(r, s));
        std::optional<needed> seen;
        if (result.status == 0)
            seen = peer_.read(result.output);
        if (!seen)
            say(fmt::format("{} {}, on {}/{} of size {}", peer_.program,
                            complaint(result.status, seconds), directory_, s.file, r.size));
        return seen;
    }

    static std::string complaint(int status, int seconds) {
        constexpr int timed_out = 124; // exit status of timeout(1)
        if (status == 0)
            return "did not say how many executions it explored";
        if (status == timed_out)
            return fmt::format("was stopped after {} s", seconds);
        return status < 0 ? "did not end by itself"
                          : fmt::format("failed with exit status {}", status);
    }

    peer peer_;
    std::string program_; ///< empty: it is not run
    std::string directory_;
    std::string version_;
    bool ran_ = false;
};

} // namespace bench::peers
