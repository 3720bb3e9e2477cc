// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/bounds.hpp>
#include <wbsync/wbsync.hpp>

/// A file-backed EROFS mount reads its image with direct IO: fs/erofs/fileio.c, and the end of
/// ->read_iter() of the file system below (fs/ext4/file.c). README.md in this folder says what is
/// left out.
namespace wbsync::models::erofs {

/// Which part frees the request.
enum class form : std::uint8_t {
    by_completion,   ///< before 1caf50ce4af0
    by_the_last,     ///< 1caf50ce4af0: the submitter and the completion have a reference each
    one_reference,   ///< the same, but both share one reference
    never_by_submit, ///< the same, but the submitter only drops its reference
};

/// A request: struct erofs_fileio_rq, with its kiocb.
struct erofs_fileio_rq {
    atomic_t ki_filp{"rq.iocb.ki_filp", 1};
    refcount_t ref;

    explicit erofs_fileio_rq(int references) : ref("rq.ref", references) {}
};

WBSYNC_BOUNDS(bounds, (direct, 1, 0, 1, "1: direct IO, which completes elsewhere"));

/// With `direct` the read is queued, and completes elsewhere at any time. Otherwise it is done when
/// vfs_iocb_iter_read() returns, and the submitter completes it.
template <form Form>
class fileio {
public:
    explicit fileio(const bounds& b) : direct_(b.direct != 0) {}

    void threads(scenario& s) {
        s.thread("submit", [this] { erofs_fileio_rq_submit(); });
        if (direct_)
            s.thread("completion", [this] {
                await_acquire(queued_, [](std::int64_t v) { return v != 0; });
                erofs_fileio_ki_complete();
            });
    }

private:
    static constexpr bool counted = Form != form::by_completion;
    static constexpr int references = Form == form::one_reference ? 1 : 2;

    void erofs_fileio_rq_submit() {
        const bool is_queued = vfs_iocb_iter_read(); // (S1), (S2)
        if (!is_queued)
            erofs_fileio_ki_complete(); // (S3)
        if constexpr (counted)
            drop(Form != form::never_by_submit); // (S4)
    }

    /// Returns true for -EIOCBQUEUED.
    bool vfs_iocb_iter_read() {
        if (direct_)
            smp_store_release(queued_, 1); // (S1) the bio is submitted
        file_accessed();                   // (S2)
        return direct_;
    }

    /// The use of iocb->ki_filp by a file system that has queued the read.
    void file_accessed() { (void)READ_ONCE(rq_->ki_filp); }

    void erofs_fileio_ki_complete() {
        (void)READ_ONCE(rq_->ki_filp); // (C1) ends the folios
        if constexpr (counted)
            drop(true); // (C2)
        else
            kfree(rq_); // (C2) before 1caf50ce4af0
    }

    void drop(bool frees) {
        if (refcount_dec_and_test(rq_->ref) && frees)
            kfree(rq_);
    }

    bool direct_;
    erofs_fileio_rq* rq_ = kmalloc<erofs_fileio_rq>("rq", references);
    atomic_t queued_{"queued"};
};

} // namespace wbsync::models::erofs
