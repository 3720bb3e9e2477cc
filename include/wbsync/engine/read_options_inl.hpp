// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/location.hpp>
#include <wbsync/engine/read_options.hpp>
#include <wbsync/linkage.hpp>

namespace wbsync::engine {

WBSYNC_INLINE read_option late_option(std::int64_t value) {
    const auto key = (static_cast<std::uint64_t>(value) + 1) * 0xd1342543de82ef95;
    return {-1, key | 1, value, true};
}

WBSYNC_INLINE read_option late_option(const read_option& place, std::int64_t value) {
    const read_option late = late_option(value);
    return {place.index, place.key + late.key, value, true};
}

WBSYNC_INLINE store_choices all_choices(const read_options& options) {
    return options.size() == 64 ? ~store_choices{0} : (store_choices{1} << options.size()) - 1;
}

} // namespace wbsync::engine
