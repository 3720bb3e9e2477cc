// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/site.hpp>

#include <string>

namespace wbsync::native {

/// The last part of a label, "i_count" of `inode[1].i_count`. A variable keeps only that, to stay
/// small.
class called {
public:
    constexpr called() = default;
    constexpr called(const label& name) noexcept // NOLINT: a label is a name
        : text_(name.text), index_(name.index) {}

    [[nodiscard]] std::string str() const { return label{text_, index_}.str(); }

private:
    const char* text_ = "";
    int index_ = -1;
};

} // namespace wbsync::native
