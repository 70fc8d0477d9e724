#include "gateway/xml/tag_scanner.h"

#include <algorithm>
#include <array>

namespace yht::xml {
namespace {

constexpr std::string_view kCdataOpen = "[CDATA[";
constexpr std::string_view kCommentOpen = "--";

/// What takeTag() looks for.
constexpr std::array<bool, 256> kTagMarks = [] {
    std::array<bool, 256> marks{};
    for (const unsigned char mark : {'>', '"', '\'', '='}) marks[mark] = true;
    return marks;
}();

}  // namespace

std::size_t TagScanner::scan(std::string_view piece) {
    if (broken_) return 0;
    return form_ == ByteForm::Utf8 ? scanBytes(piece) : scanPairs(piece);
}

std::size_t TagScanner::scanBytes(std::string_view piece) {
    std::size_t tag_begin = 0;
    for (std::size_t at = 0; at < piece.size() && in_ != In::Declaration;) {
        // Nearly every byte of a text means nothing where it stands: those are not taken one by
        // one.
        const std::size_t end = nextMark(piece, at);
        if (in_ == In::Tag || in_ == In::Value) countTagBytes(end - at);
        at = end;
        if (in_ == In::Text) tag_begin = at;
        if (at < piece.size()) take(static_cast<unsigned char>(piece[at++]));
        if (broken_) return tag_begin;
    }
    return piece.size();
}

std::size_t TagScanner::nextMark(std::string_view piece, std::size_t at) const {
    if (in_ == In::Text) return std::min(piece.find('<', at), piece.size());
    if (in_ == In::Value) return std::min(piece.find(static_cast<char>(quote_), at), piece.size());
    if (in_ != In::Tag) return at;
    while (at < piece.size() && !kTagMarks[static_cast<unsigned char>(piece[at])]) ++at;
    return at;
}

std::size_t TagScanner::scanPairs(std::string_view piece) {
    std::size_t tag_begin = 0;
    for (std::size_t at = 0; at < piece.size() && in_ != In::Declaration; ++at) {
        const auto byte = static_cast<unsigned char>(piece[at]);
        if (!half_) {
            half_ = byte;
            if (in_ == In::Text) tag_begin = at;
            continue;
        }
        const unsigned first = *half_, second = byte;
        half_.reset();
        take(form_ == ByteForm::Utf16Little ? second << 8U | first : first << 8U | second);
        if (broken_) return tag_begin;
    }
    return piece.size();
}

void TagScanner::take(char32_t unit) {
    switch (in_) {
        case In::Text:
            if (unit == '<') in_ = In::Open;
            break;
        case In::Open:
            takeOpen(unit);
            break;
        case In::Bang:
            takeBang(unit);
            break;
        case In::Tag:
            takeTag(unit);
            break;
        case In::Value:
            countTagBytes(1);
            if (unit == quote_) in_ = In::Tag;
            break;
        case In::Comment:
            takeUntil(unit, '-', 2);
            break;
        case In::Cdata:
            takeUntil(unit, ']', 2);
            break;
        case In::Instruction:
            takeUntil(unit, '?', 1);
            break;
        case In::Declaration:
            break;
    }
}

void TagScanner::takeOpen(char32_t unit) {
    marks_ = tag_bytes_ = attributes_ = 0;
    if (unit == '!') {
        in_ = In::Bang;
    } else if (unit == '?') {
        in_ = In::Instruction;
    } else {
        in_ = In::Tag;
        takeTag(unit);
    }
}

void TagScanner::takeBang(char32_t unit) {
    const auto next = [&](std::string_view open) {
        return marks_ < open.size() && open[marks_] == static_cast<char>(unit);
    };
    if (unit > 0x7F || (!next(kCommentOpen) && !next(kCdataOpen))) {
        in_ = In::Declaration;
        return;
    }
    const bool comment = unit == '-';
    if (++marks_ != (comment ? kCommentOpen : kCdataOpen).size()) return;
    in_ = comment ? In::Comment : In::Cdata;
    marks_ = 0;
}

void TagScanner::takeTag(char32_t unit) {
    countTagBytes(1);
    if (unit == '>') {
        in_ = In::Text;
    } else if (unit == '"' || unit == '\'') {
        in_ = In::Value;
        quote_ = unit;
    } else if (unit == '=' && ++attributes_ > attributes_max_) {
        // Outside quotes there is one of it for each attribute and each declaration of a namespace.
        broken_ = Broken::Attributes;
    }
}

void TagScanner::takeUntil(char32_t unit, char32_t mark, std::size_t marks) {
    if (unit == '>' && marks_ >= marks) {
        in_ = In::Text;
    } else {
        marks_ = unit == mark ? marks_ + 1 : 0;
    }
}

void TagScanner::countTagBytes(std::size_t bytes) {
    tag_bytes_ += bytes * (form_ == ByteForm::Utf8 ? 1 : 2);
    if (tag_bytes_ > tag_bytes_max_) broken_ = Broken::Bytes;
}

}  // namespace yht::xml
