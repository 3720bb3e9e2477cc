// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/memory_models/rc11.hpp>

namespace wbsync::engine {

/// RC11, brought as near to the kernel's model as litmus tests need: a release also passes on what
/// was read before it without acquiring, a store passes on which full fences come before it, and
/// modification order may put a store before others that were executed earlier.
///
/// Not for models by itself: `wbsync litmus` adds the out-of-order execution of threads and the
/// kernel's dependencies; see docs/memory-model.md.
class litmus final : public rc11_machine<litmus> {
public:
    litmus() : rc11_machine({memory_kind::litmus, true, true, false, false}) {}

private:
    friend view_machine;
    friend rc11_machine;

    static constexpr bool fences_known_by_reading = true;
    void completes_message(view& message, const thread_view& of, bool release);
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/memory_models/litmus_inl.hpp>
#endif
