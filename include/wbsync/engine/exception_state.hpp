// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <utility>

#include <cxxabi.h>

namespace wbsync::engine {

/// The exceptions that are under way or being handled. The C++ runtime keeps them per thread of the
/// process; fibers that share a thread each need their own.
///
/// O(1). Take it before a switch of fibers, and put it back after the switch.
class exception_state {
public:
    exception_state() = default;

    /// The state of the current fiber, at an address that is the same for all fibers of the thread.
    /// The layout is that of __cxa_eh_globals in the Itanium C++ ABI, which the header does not
    /// define.
    static exception_state& current() noexcept {
        return *reinterpret_cast<exception_state*>(abi::__cxa_get_globals()); // NOLINT: see above
    }

    /// Takes the state, and leaves no exceptions behind.
    exception_state take() noexcept { return std::exchange(*this, {}); }

    /// Puts the state back. One more exception may be on its way out by now.
    void put_back(const exception_state& taken) noexcept {
        if (caught_ == nullptr)
            caught_ = taken.caught_;
        uncaught_ += taken.uncaught_;
    }

private:
    void* caught_ = nullptr;
    unsigned uncaught_ = 0;
};

} // namespace wbsync::engine
