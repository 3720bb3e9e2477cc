// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <utility>

#include <cxxabi.h>

namespace wbsync::engine {

/// The exceptions that are under way or being handled. The C++ runtime keeps them for each thread
/// of the process; fibers that share one each have their own.
class exception_state {
public:
    /// Those of the current fiber, of which there are none afterwards.
    static exception_state take() noexcept { return std::exchange(current(), {}); }

    /// Gives them back to the fiber. One more may be under way by now, on its way out.
    void put_back() const noexcept {
        exception_state& now = current();
        if (now.caught_ == nullptr)
            now.caught_ = caught_;
        now.uncaught_ += uncaught_;
    }

private:
    /// As the Itanium C++ ABI lays down __cxa_eh_globals, which it does not define in the header.
    static exception_state& current() noexcept {
        return *reinterpret_cast<exception_state*>(abi::__cxa_get_globals()); // NOLINT: see above
    }

    void* caught_ = nullptr;
    unsigned uncaught_ = 0;
};

} // namespace wbsync::engine
