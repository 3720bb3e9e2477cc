// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/report/text.hpp>
#include <wbsync/result.hpp>

#include <doctest/doctest.h>

#include <ostream>

namespace wbsync {

/// A failed CHECK(check<model>() …) shows the verdict and the counterexample.
inline std::ostream& operator<<(std::ostream& out, const result& r) {
    return out << report::text(r);
}

} // namespace wbsync
