// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/linkage.hpp>
#include <wbsync/program/check_command_inl.hpp>
#include <wbsync/program/cli_inl.hpp>
#include <wbsync/program/deep_command_inl.hpp>
#include <wbsync/program/errors.hpp>
#include <wbsync/program/list_command_inl.hpp>
#include <wbsync/program/matrix_command_inl.hpp>
#include <wbsync/program/output.hpp>
#include <wbsync/program/program.hpp>
#include <wbsync/program/program_name.hpp>
#include <wbsync/program/selection_inl.hpp>

#include <wbsync/report/page_inl.hpp>

#include <csignal>
#include <cstdio>
#include <exception>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>

#include <fmt/format.h>

#if __has_include(<malloc.h>)
#include <malloc.h>
#endif

namespace wbsync::program {

namespace detail {

/// What an execution gives back is what the next one needs. The GNU C library would return it to
/// the system each time, which takes a fifth of some searches.
inline void keep_memory() {
#ifdef M_TRIM_THRESHOLD
    constexpr int plenty = 256 << 20; // bytes
    ::mallopt(M_TRIM_THRESHOLD, plenty);
    ::mallopt(M_MMAP_THRESHOLD, plenty / 8); // the most that it takes
#endif
}

inline std::string list_models(const std::vector<catalogue::model>& all, const request& asked) {
    const auto models = select(all, asked.globs);
    return asked.json ? list_json(models) : list_text(models);
}

inline int obey(const request& asked, const description& of) {
    switch (asked.what) {
    case request::command::check:
    case request::command::replay: return check_models(of.models, asked);
    case request::command::sweep: return sweep_models(of.models, asked);
    case request::command::list: print(list_models(of.models, asked)); break;
    case request::command::matrix: return print_matrix(of.models, asked);
    case request::command::deep: return check_deeper(of.models, asked);
    case request::command::more: return of.more[asked.number].run();
    case request::command::print: print(asked.text); break;
    }
    return all_as_expected;
}

inline int complain(const std::exception& e, int status) {
    std::fprintf(stderr, "%s: %s\n", program_name().c_str(), e.what());
    return status;
}

inline std::string name_of(const description& of, const char* called) {
    if (!of.name.empty() || called == nullptr)
        return of.name;
    const std::string_view path{called};
    return std::string{path.substr(path.find_last_of('/') + 1)};
}

/// Throws std::invalid_argument: the program is wrong, not its user.
inline void expect_sense(const description& of) {
    std::set<std::string> names;
    for (const catalogue::model& m : of.models) {
        if (!m.check)
            throw std::invalid_argument(fmt::format(
                "the model {} has no function `check`: say which model it runs", m.name()));
        if (!names.insert(m.name()).second)
            throw std::invalid_argument(fmt::format(
                "two models are called {}: give each a version, or a question, of its own",
                m.name()));
    }
}

} // namespace detail

WBSYNC_INLINE int run(int argc, const char* const* argv, description (*of)()) {
    try {
        const description about = of();
        program_name() = detail::name_of(about, argc > 0 ? argv[0] : nullptr);
        expect_standard_descriptors();
        std::signal(SIGPIPE, SIG_IGN); // print() reports the error
        detail::keep_memory();
        detail::expect_sense(about);
        return detail::obey(parse_command_line(argc, argv, about), about);
    } catch (const bad_usage& e) {
        return detail::complain(e, bad_usage_status);
    } catch (const std::exception& e) {
        return detail::complain(e, program_failed);
    }
}

} // namespace wbsync::program
