// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/memory_models/rc11.hpp>

namespace wbsync::engine {

/// RC11 as near to the kernel's model as litmus tests need it of the engine: a release also passes
/// on what was read before it without acquiring, a store passes on which full fences come before
/// it, and a store may be put before others in modification order that were executed earlier.
///
/// Not for models by itself. `wbsync litmus` adds what threads do out of order, and the kernel's
/// dependencies; see docs/memory-model.md.
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
