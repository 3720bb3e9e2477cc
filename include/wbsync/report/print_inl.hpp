// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/linkage.hpp>
#include <wbsync/report/print.hpp>
#include <wbsync/report/text.hpp>

#include <cerrno>
#include <ostream>
#include <string>
#include <system_error>

namespace wbsync {

WBSYNC_INLINE std::ostream& operator<<(std::ostream& out, const result& r) {
    return out << report::text(r);
}

WBSYNC_INLINE bool print(const result& r, std::FILE* to) {
    const std::string text = report::text(r);
    if (std::fwrite(text.data(), 1, text.size(), to) != text.size() || std::fflush(to) != 0)
        throw std::system_error(errno, std::generic_category(), "cannot write the result");
    return r.verified();
}

} // namespace wbsync
