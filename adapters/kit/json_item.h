// One item of a JSON text at a time, from the events of RapidJSON's reader, which calls it: so it
// stands in a header. Events outside the items path only count levels. Uses: item, json. Used by:
// decode_json.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/kit/array_paths.h"
#include "adapters/kit/decoder.h"
#include "adapters/kit/json_stream.h"
#include "gateway/base/text.h"

namespace yht::kit {

inline base::Error jsonUndecodable(const std::string& detail) {
    return base::makeError(base::ErrorCode::ItemUndecodable, "json: " + detail);
}
inline base::Error jsonTooLarge(const std::string& detail) {
    return base::makeError(base::ErrorCode::ItemTooLarge, "json: " + detail);
}

/// How a manifest's rules are kept for reading.
struct JsonRules {
    std::vector<std::string> steps;  // of the items path
    std::string items, charset;
    bool items_required, lines;
    ArrayPaths array_paths;
    DecodeLimits limits;
};

/// Builds one item at a time from the reader's events. Events outside the items path only count
/// levels.
class JsonItemBuilder {
public:
    JsonItemBuilder(
        const JsonRules& rules, JsonStream& stream, std::size_t offset,
        std::uint64_t& index, std::string line, const ItemSink& sink
    )
        : rules_(rules),
          stream_(stream),
          offset_(offset),
          index_(index),
          line_(std::move(line)),
          sink_(sink),
          seen_(rules.steps.size(), false) {}

    bool Null() { return scalar(ItemType::Null, {}); }
    bool Bool(bool value) { return scalar(ItemType::Flag, value ? "true" : "false"); }
    bool RawNumber(const char* text, unsigned length, bool) {
        return scalar(ItemType::Number, {text, length});
    }
    bool String(const char* text, unsigned length, bool) {
        return scalar(ItemType::Text, {text, length});
    }
    // Numbers come as text: the reader never calls these.
    bool Int(int) { return false; }
    bool Uint(unsigned) { return false; }
    bool Int64(std::int64_t) { return false; }
    bool Uint64(std::uint64_t) { return false; }
    bool Double(double) { return false; }

    bool StartObject() { return open(true); }
    bool StartArray() { return open(false); }
    bool EndObject(unsigned) { return close(); }
    bool EndArray(unsigned) { return close(); }
    bool Key(const char* text, unsigned length, bool) { return key({text, length}); }

    bool found() const { return found_; }
    bool stopped() const { return stopped_; }
    const std::optional<base::Error>& fatal() const { return fatal_; }

private:
    struct Frame {
        bool is_object;
        std::string name;
        std::vector<ItemValue::Member> members;
        std::vector<ItemValue> entries;
    };

    /// The value that begins now is the one at the items path.
    bool atTarget() const {
        return !inItem() && !in_list_ && pending_ && chain_ == rules_.steps.size();
    }
    bool atEntry() const { return !inItem() && in_list_ && level_ == list_level_; }
    bool inItem() const { return item_level_ != kNone; }

    bool end(base::Error error) {
        fatal_ = std::move(error);
        return false;
    }
    void fail(base::Error error) {
        if (!failure_) failure_ = std::move(error);
        frames_.clear();
    }

    bool scalar(ItemType type, std::string_view text) {
        const bool begins = atTarget() || atEntry();
        if (atTarget()) {
            found_ = type != ItemType::Null;
            pending_ = false;
            if (!found_) return true;
        }
        if (!begins && !inItem()) {
            pending_ = false;
            return true;
        }
        if (begins) beginItem(stream_.Tell());
        if (!failure_) {
            item_bytes_ += text.size();
            if (item_bytes_ > rules_.limits.item_bytes_max)
                fail(jsonTooLarge("item_bytes_max"));
            else if (type == ItemType::Text && !base::countCodePoints(text))
                fail(jsonUndecodable(
                    "not UTF-8: the text at byte " + std::to_string(offset_ + stream_.Tell())
                ));
            else
                put(ItemValue::scalar(type, std::string(text)));
        }
        return !begins || finishItem(false);
    }

    bool open(bool is_object) {
        if (level_ >= kNestingMax) return end(jsonTooLarge("nested deeper than 1000"));
        const bool target = atTarget();
        if (target && !is_object) {
            found_ = in_list_ = true;
            pending_ = false;
            list_level_ = ++level_;
            return true;
        }
        if (target || atEntry()) {
            found_ = true;
            pending_ = false;
            beginItem(stream_.Tell() - 1);
        } else if (!inItem()) {
            const bool on_chain = pending_ && is_object && chain_ < rules_.steps.size();
            pending_ = false;
            ++level_;
            if (on_chain) open_chain_ = level_;
            return true;
        }
        ++level_;
        if (failure_) return true;
        if (frames_.size() >= rules_.limits.depth_max)
            fail(jsonTooLarge("depth_max"));
        else
            pushFrame(is_object);
        return true;
    }

    void pushFrame(bool is_object) {
        frames_.push_back({is_object, {}, {}, {}});
        // Items of one message have as many members, give or take one.
        if (is_object && frames_.size() == 1) frames_.back().members.reserve(members_before_);
    }

    bool close() {
        --level_;
        if (inItem()) {
            if (!failure_) closeFrame();
            return level_ != item_level_ || finishItem(true);
        }
        if (in_list_ && level_ < list_level_) in_list_ = false;
        if (level_ < open_chain_) {
            open_chain_ = level_;
            chain_ = level_ > 0 ? level_ - 1 : 0;
        }
        pending_ = false;
        return true;
    }

    bool key(std::string_view name) {
        if (inItem()) {
            if (failure_) return true;
            if (frames_.back().members.size() >= rules_.limits.members_max)
                fail(jsonTooLarge("members_max"));
            else if (!base::countCodePoints(name))
                fail(jsonUndecodable("a name that is not UTF-8"));
            else
                frames_.back().name = name;
            item_bytes_ += name.size();
            return true;
        }
        pending_ = false;
        if (level_ == 0 || level_ != open_chain_ || level_ > rules_.steps.size()) return true;
        const std::size_t depth = level_ - 1;
        if (name != rules_.steps[depth]) return true;
        if (seen_[depth])
            return end(jsonUndecodable("the member \"" + rules_.steps[depth] + "\" twice"));
        seen_[depth] = true;
        pending_ = true;
        chain_ = depth + 1;
        return true;
    }

    void beginItem(std::size_t at) {
        item_level_ = level_;
        item_at_ = at;
        item_bytes_ = 0;
        failure_.reset();
        frames_.clear();
        item_ = {};
    }

    void put(ItemValue value) {
        if (frames_.empty()) {
            item_ = std::move(value);
        } else if (frames_.back().is_object) {
            frames_.back().members.emplace_back(std::move(frames_.back().name), std::move(value));
        } else {
            frames_.back().entries.push_back(std::move(value));
        }
    }

    void closeFrame() {
        Frame frame = std::move(frames_.back());
        frames_.pop_back();
        if (!frame.is_object) return put(ItemValue::list(std::move(frame.entries)));
        if (hasNameTwice(frame.members))
            return fail(jsonUndecodable("an object has two members of one name"));
        if (frames_.empty()) members_before_ = frame.members.size();
        put(ItemValue::object(std::move(frame.members)));
    }

    bool hasNameTwice(const std::vector<ItemValue::Member>& members) {
        if (members.size() <= kFewMembers) return hasNameTwiceOfFew(members);
        names_.clear();
        for (const auto& [name, value] : members) names_.push_back(name);
        std::sort(names_.begin(), names_.end());
        return std::adjacent_find(names_.begin(), names_.end()) != names_.end();
    }

    /// By a table on the stack, which sorting and pairwise comparison both cost several times of.
    static bool hasNameTwiceOfFew(const std::vector<ItemValue::Member>& members) {
        std::array<std::uint8_t, kNameSlots> slots{};  // 0 free, else a member's number, from 1
        for (std::size_t i = 0; i < members.size(); ++i) {
            const std::string& name = members[i].first;
            std::size_t slot = name.size();
            if (!name.empty()) slot += 31U * static_cast<unsigned char>(name.back()) + 7U * static_cast<unsigned char>(name[name.size() / 2]);
            for (slot %= kNameSlots; slots[slot] != 0; slot = (slot + 1) % kNameSlots) {
                if (members[slots[slot] - 1U].first == name) return true;
            }
            slots[slot] = static_cast<std::uint8_t>(i + 1);
        }
        return false;
    }

    bool finishItem(bool has_slice) {
        item_level_ = kNone;
        if (index_ >= rules_.limits.items_max) return end(jsonTooLarge("items_max"));
        DecodedItem item;
        item.place = !line_.empty() ? line_ : "/" + rules_.items;
        if (in_list_) item.place += (item.place == "/" ? "" : "/") + std::to_string(entry_++);
        item.index = index_++;
        if (has_slice) {
            item.raw_offset = offset_ + item_at_;
            item.raw_bytes = stream_.Tell() - item_at_;
        }
        item.failure = std::move(failure_);
        failure_.reset();
        if (!item.failure) {
            item.value = std::move(item_);
            rules_.array_paths.apply(item.value);
        }
        if (sink_(std::move(item))) return true;
        stopped_ = true;
        return false;
    }

    static constexpr std::size_t kNestingMax =
        1'000;  // of anything, items or not: the reader recurses
    static constexpr std::size_t kFewMembers = 64, kNameSlots = 256;
    static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
    const JsonRules& rules_;
    JsonStream& stream_;  // inside a text or a number it still stands where that began
    const std::size_t offset_;
    std::uint64_t& index_;
    const std::string line_;
    const ItemSink& sink_;

    std::vector<bool> seen_;      // steps of the items path that were met: a second one is refused
    bool pending_ = true;         // the next value stands at the chain_-th step
    std::size_t chain_ = 0;       // steps matched
    std::size_t open_chain_ = 0;  // level of the innermost open object on the way to the items
    std::size_t level_ = 0;       // open containers
    bool in_list_ = false, found_ = false, stopped_ = false;
    std::size_t list_level_ = 0, entry_ = 0;
    std::size_t item_level_ = kNone, item_at_ = 0, item_bytes_ = 0;
    std::size_t members_before_ = 0;  // of the last item that was an object
    std::vector<Frame> frames_;
    std::vector<std::string_view> names_;
    ItemValue item_;
    std::optional<base::Error> failure_, fatal_;
};

}  // namespace yht::kit
