// A state machine over the frames: the order decides what may come, each frame brings its own
// checks. The tree is grown beside the leaves of a range; where one step of it fails, later roots
// are not judged: they would all differ for the same reason and bury the one that matters.
#include "gateway/ledger/format/evidence_check.h"

#include <bit>
#include <set>

#include "gateway/ledger/format/checkpoint.h"
#include "gateway/ledger/format/evidence_kept.h"
#include "gateway/ledger/format/evidence_payload.h"
#include "gateway/ledger/format/tree.h"

namespace yht::ledger {
namespace {

constexpr std::uint64_t kProgressEntries = 1000;

base::Error outOfOrder(const char* why) {
    return base::makePublicError(
        base::ErrorCode::EvidenceUnreadable,
        std::string("The evidence file's frames are out of order: ") + why + ".",
        std::string("证据文件的帧顺序不合格式:") + why + "。", why
    );
}

base::Error badOption(const std::string& en, const std::string& zh) {
    return base::makePublicError(base::ErrorCode::ParameterInvalid, en, zh, en);
}

/// "yht.example/430200/1" without its epoch: a reopened ledger raises it.
std::string_view logOf(std::string_view origin) {
    return origin.substr(0, origin.rfind('/'));
}

std::string number(std::uint64_t value) {
    return std::to_string(value);
}

class Checker {
public:
    explicit Checker(const EvidenceCheckOptions& options) : options_(options) {}

    /// True when that was the last frame.
    base::Result<bool> take(const EvidenceFrame& frame);
    EvidenceReport report() && { return std::move(report_); }

private:
    base::Status on(const EvidenceHead& head);
    base::Status on(const EvidenceCheckpoint& checkpoint);
    base::Status on(const EvidenceEdge& edge);
    base::Status on(const EvidenceCertificate& certificate) {
        after_entry_ = false;
        return payloads_.take(certificate, last_seq_ + 1);
    }
    base::Status on(const EvidenceEntry& entry);
    base::Status on(const EvidencePath& path);
    base::Status on(const EvidenceConsistency& proof);
    base::Status on(const EvidenceEnd& end);

    void takeNewest(const Checkpoint& checkpoint);
    void checkLeaf(const EvidenceEntry& entry, std::uint64_t expected_seq);
    void checkOrder(std::uint64_t seq);
    void checkTicket(const LeafHeader& header);
    void checkRangeEnd();
    void checkRoot(std::uint64_t size, const base::Bytes& root);
    void differs(
        EvidenceCount& count, std::uint64_t seq, std::string what, std::string expected,
        std::string found
    ) {
        report_.add(count, {seq, std::move(what), std::move(expected), std::move(found)});
    }

    bool isRange() const { return report_.head.scope != EvidenceScope::Ticket; }
    std::uint64_t entriesSeen() const { return report_.leaves.checked; }

    const EvidenceCheckOptions& options_;
    EvidenceReport report_;
    bool headed_ = false, anchored_ = false, edged_ = false, path_due_ = false, consistent_ = false;
    bool after_entry_ = false;  // the frame before was an entry (or its checkpoint)
    std::optional<std::pair<std::string, crypto::PublicKey>> log_key_;
    KeptCheckpoints kept_{report_};
    PayloadCheck payloads_{report_};
    TreeEdge tree_;
    bool tree_followed_ = true;
    std::uint64_t last_good_size_ = 0;  // the tree was seen to be right up to here
    std::uint64_t last_seq_ = 0;
    base::Bytes last_leaf_hash_;
    std::set<std::uint64_t>
        strangers_;  // entries of a ticket's file that are no entries of the ticket
};

base::Result<bool> Checker::take(const EvidenceFrame& frame) {
    if (!headed_ && !std::holds_alternative<EvidenceHead>(frame))
        return outOfOrder("the head is not first");
    if (headed_ && !anchored_ && !std::holds_alternative<EvidenceCheckpoint>(frame)) {
        return outOfOrder("no checkpoint after the head");
    }
    if (path_due_ && !std::holds_alternative<EvidencePath>(frame))
        return outOfOrder("an entry without its path");
    auto status = std::visit([this](const auto& one) { return on(one); }, frame);
    if (!status) return std::move(status).error();
    return std::holds_alternative<EvidenceEnd>(frame);
}

base::Status Checker::on(const EvidenceHead& head) {
    if (headed_) return outOfOrder("a second head");
    headed_ = true;
    report_.head = head;
    report_.log_key_given = !options_.log_key.empty();
    auto own = parseVerifierKey(head.verifier_key);
    if (!own) return outOfOrder("the head's verifier key can't be read");
    auto key = report_.log_key_given ? parseVerifierKey(options_.log_key) : own;
    if (!key) return badOption("The log key given can't be read.", "给定的日志公钥无法读取。");
    if (report_.log_key_given && options_.log_key != head.verifier_key) {
        differs(report_.file, 0, "log key 日志公钥", options_.log_key, head.verifier_key);
    }
    log_key_ = *std::move(key);
    return kept_.read(options_.kept_notes, log_key_->first, log_key_->second);
}

base::Status Checker::on(const EvidenceCheckpoint& checkpoint) {
    if (anchored_ && (!isRange() || !after_entry_))
        return outOfOrder("a checkpoint that follows no entry");
    ++report_.checkpoints.checked;
    const auto opened = openCheckpoint(checkpoint.note, log_key_->first, log_key_->second);
    after_entry_ = false;
    if (!opened) {
        differs(
            report_.checkpoints, last_seq_, "checkpoint 检查点", "signed by the log key",
            opened.error().detail
        );
        // Without the newest checkpoint nothing is tied to the log: its claims stay at size 0 and
        // differ.
        anchored_ = true;
        return {};
    }
    if (!anchored_) {
        anchored_ = true;
        takeNewest(*opened);
        return {};
    }
    if (logOf(opened->origin) != logOf(report_.origin)) {
        differs(report_.checkpoints, last_seq_, "origin 账本名称", report_.origin, opened->origin);
    }
    if (opened->size != tree_.size()) {
        differs(
            report_.checkpoints, last_seq_, "size of a checkpoint 检查点规模", number(tree_.size()),
            number(opened->size)
        );
    } else {
        checkRoot(opened->size, opened->root);
    }
    return {};
}

void Checker::takeNewest(const Checkpoint& checkpoint) {
    report_.origin = checkpoint.origin;
    report_.tree_size = checkpoint.size;
    report_.root = checkpoint.root;
    kept_.compare(checkpoint.size, checkpoint.root);
    const auto& head = report_.head;
    const bool fits = head.scope == EvidenceScope::Whole ? head.to == checkpoint.size
                                                         : head.to <= checkpoint.size;
    if (!fits)
        differs(
            report_.file, 0, "claimed range against the newest checkpoint 声明范围",
            number(checkpoint.size), number(head.to)
        );
}

base::Status Checker::on(const EvidenceEdge& edge) {
    if (!isRange() || edged_ || entriesSeen() > 0 || report_.head.from == 1)
        return outOfOrder("an edge that nothing needs");
    edged_ = true;
    const std::uint64_t size = report_.head.from - 1;
    last_seq_ = size;
    last_good_size_ = size;
    ++report_.tree.checked;
    const auto expected = static_cast<std::size_t>(std::popcount(size));
    if (edge.roots.size() != expected) {
        differs(
            report_.tree, 0, "roots of the edge 左缘", number(expected), number(edge.roots.size())
        );
        tree_followed_ = false;
        return {};
    }
    std::size_t next = 0;
    tree_ = *TreeEdge::load(size, [&](std::uint8_t, std::uint64_t) -> base::Result<base::Bytes> {
        return edge.roots[next++];
    });
    kept_.compare(size, tree_.root());
    return {};
}

base::Status Checker::on(const EvidenceEntry& entry) {
    if (isRange() && report_.head.from > 1 && !edged_)
        return outOfOrder("a range without its edge");
    if (consistent_) return outOfOrder("an entry after the consistency proof");
    const std::uint64_t expected_seq = last_seq_ + 1;
    ++report_.leaves.checked;
    if (options_.progress && entriesSeen() % kProgressEntries == 0)
        options_.progress(entriesSeen());
    last_leaf_hash_ = leafHash(entry.leaf);
    checkLeaf(entry, expected_seq);
    if (isRange()) {
        std::vector<Node> completed;
        tree_.append(last_leaf_hash_, completed);
        if (tree_followed_) kept_.compare(tree_.size(), tree_.root());
    } else {
        path_due_ = true;
    }
    after_entry_ = true;
    return {};
}

void Checker::checkLeaf(const EvidenceEntry& entry, std::uint64_t expected_seq) {
    const auto leaf = decodeLeaf(entry.leaf);
    if (!leaf) {
        differs(report_.leaves, expected_seq, "leaf 叶", "a leaf", leaf.error().detail);
        last_seq_ = expected_seq;
        return;
    }
    const auto& header = leaf->header;
    checkOrder(header.seq);
    if (header.message_seq > header.seq) {
        differs(
            report_.leaves, header.seq, "message_seq 所属报文", "at most " + number(header.seq),
            number(header.message_seq)
        );
    }
    if (!isRange()) checkTicket(header);
    last_seq_ = header.seq;
    if (report_.first_seq == 0) {
        report_.first_seq = header.seq;
        report_.first_committed_ms = header.committed_ms;
    }
    report_.last_seq = header.seq;
    report_.last_committed_ms = header.committed_ms;
    payloads_.check(entry, *leaf);
}

/// A range has every number; a ticket's entries stand in ascending order.
void Checker::checkOrder(std::uint64_t seq) {
    if (isRange() ? seq == last_seq_ + 1 : seq > last_seq_) return;
    differs(
        report_.leaves, seq, "sequence number 序号",
        isRange() ? number(last_seq_ + 1) : "above " + number(last_seq_), number(seq)
    );
    // Behind a gap the leaves stand at other indexes than they were signed at.
    tree_followed_ = false;
}

/// An entry is the ticket's own, or the message that an entry of the ticket came in.
void Checker::checkTicket(const LeafHeader& header) {
    if (header.ticket_no == report_.head.ticket_no) {
        strangers_.erase(header.message_seq);
    } else {
        strangers_.insert(header.seq);
    }
}

base::Status Checker::on(const EvidencePath& path) {
    if (!path_due_) return outOfOrder("a path that follows no entry");
    path_due_ = false;
    ++report_.tree.checked;
    if (path.seq != last_seq_) {
        differs(
            report_.tree, last_seq_, "inclusion path 包含证明", "of " + number(last_seq_),
            "of " + number(path.seq)
        );
        return {};
    }
    const auto root =
        rootFromInclusion(path.seq - 1, report_.tree_size, last_leaf_hash_, path.hashes);
    if (!root) {
        differs(
            report_.tree, path.seq, "inclusion path 包含证明",
            "a path in a tree of " + number(report_.tree_size), root.error().detail
        );
    } else if (*root != report_.root) {
        differs(
            report_.tree, path.seq, "root by the inclusion path 包含证明的根",
            base::toHex(report_.root), base::toHex(*root)
        );
    }
    return {};
}

void Checker::checkRoot(std::uint64_t size, const base::Bytes& root) {
    if (!tree_followed_) return;
    ++report_.tree.checked;
    const auto found = tree_.root();
    if (found == root) {
        last_good_size_ = size;
        return;
    }
    differs(
        report_.tree, last_seq_,
        "root of " + number(size) + " entries; one of seq " + number(last_good_size_ + 1) + " to " +
            number(size) + " is not what was committed 根不一致",
        base::toHex(root), base::toHex(found)
    );
    tree_followed_ = false;
}

base::Status Checker::on(const EvidenceConsistency& proof) {
    if (!isRange() || consistent_ || entriesSeen() == 0)
        return outOfOrder("a consistency proof that nothing needs");
    consistent_ = true;
    const auto& head = report_.head;
    if (proof.first != head.to || proof.second != report_.tree_size) {
        differs(
            report_.tree, head.to, "sizes of the consistency proof 一致性证明",
            number(head.to) + ", " + number(report_.tree_size),
            number(proof.first) + ", " + number(proof.second)
        );
        return {};
    }
    if (!tree_followed_ || tree_.size() != head.to) return {};  // told already, or told at the end
    ++report_.tree.checked;
    if (!verifyConsistency(proof.first, proof.second, tree_.root(), report_.root, proof.hashes)) {
        differs(
            report_.tree, head.to,
            "consistency with the newest checkpoint; one of seq " + number(last_good_size_ + 1) +
                " to " + number(head.to) + " is not what was committed 一致性证明",
            "leads to " + base::toHex(report_.root), "does not"
        );
    }
    return {};
}

void Checker::checkRangeEnd() {
    const auto& head = report_.head;
    if (last_seq_ != head.to) {
        differs(
            report_.file, head.to, "last entry of the range 范围末条", number(head.to),
            number(last_seq_)
        );
        return;
    }
    if (head.to < report_.tree_size) {
        if (!consistent_)
            differs(report_.tree, head.to, "consistency proof 一致性证明", "there", "missing");
        return;
    }
    if (tree_.size() == report_.tree_size) checkRoot(report_.tree_size, report_.root);
}

base::Status Checker::on(const EvidenceEnd& end) {
    ++report_.file.checked;
    if (isRange()) checkRangeEnd();
    for (const auto seq : strangers_) {
        differs(
            report_.leaves, seq, "ticket 工单", report_.head.ticket_no,
            "an entry that this ticket did not come in"
        );
    }
    if (end.entry_count != entriesSeen()) {
        differs(
            report_.file, 0, "number of entries 条目数", number(end.entry_count),
            number(entriesSeen())
        );
    }
    if (end.digest != end.found_digest) {
        differs(
            report_.file, 0, "digest of the file 文件摘要", base::toHex(end.digest),
            base::toHex(end.found_digest)
        );
    }
    kept_.settle();
    return {};
}

}  // namespace

void EvidenceReport::add(EvidenceCount& count, EvidenceDifference difference) {
    ++count.differ;
    ++difference_count;
    if (differences.size() < kEvidenceDifferencesMax) differences.push_back(std::move(difference));
}

base::Result<EvidenceReport> checkEvidence(std::istream& in, const EvidenceCheckOptions& options) {
    EvidenceReader reader(in);
    Checker checker(options);
    for (;;) {
        auto frame = reader.next();
        if (!frame) return std::move(frame).error();
        auto ended = checker.take(*frame);
        if (!ended) return std::move(ended).error();
        if (*ended) return std::move(checker).report();
    }
}

}  // namespace yht::ledger
