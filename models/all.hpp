// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/catalogue.hpp"
#include "models/cgwb/register.hpp"
#include "models/fuse/register.hpp"
#include "models/mount/register.hpp"
#include "models/patterns/register.hpp"
#include "models/stat/register.hpp"
#include "models/writeback/register.hpp"
#include "models/xfs/register.hpp"

#include <cstddef>
#include <vector>

namespace wbsync::models {

/// The models of one folder.
struct family {
    const char* folder;
    void (*add_models)(std::vector<model>& to);
};

/// Every model of the repository, by name.
inline const std::vector<model>& all() {
    static const std::vector<model> models = [] {
        const family families[] = {
            // one a line, by name
            // clang-format off
            {"cgwb", &cgwb::add_models},
            {"fuse", &fuse::add_models},
            {"mount", &mounts::add_models},
            {"patterns", &patterns::add_models},
            {"stat", &stat::add_models},
            {"writeback", &writeback::add_models},
            {"xfs", &xfs::add_models},
            // clang-format on
        };
        std::vector<model> list;
        for (const family& f : families) {
            const std::size_t before = list.size();
            f.add_models(list);
            for (std::size_t i = before; i != list.size(); ++i)
                list[i].folder = f.folder;
        }
        return list;
    }();
    return models;
}

} // namespace wbsync::models
