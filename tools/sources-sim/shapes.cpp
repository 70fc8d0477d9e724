#include "tools/sources-sim/shapes.h"

#include <algorithm>

namespace yht::sources_sim {
namespace {

constexpr std::int64_t kBetweenCasesSeconds = 1800;

}  // namespace

std::span<const Shape> shapeTable() {
    static const Shape kTable[] = {
        {"110", "110 接处警推送", "JJDBH", "JJDBH2", {"RECEIVE"}, false, messagesOf110},
        {"12315", "12315 逐步回填", "caseguid", "caseGUID", {"resultsMediation"}, false, messagesOf12315},
        {"third", "街道网格 SOAP 提交", "SourceNumber", "SourceNo", {"CaseTypeID"}, false, messagesOfThird},
        {"exchange", "中间库", "gdbh", "gdbh2", {"zt", "jd"}, false, messagesOfExchange},
        {"district", "区县 GBK CSV 导出", "办件编号", "办件序列", {"办件状态", "办理单位"}, true, messagesOfDistrict, ".csv", "BJ_"},
        {"workbook", "热线工单工作簿", "12345工单编号", "编码", {"办理结果"}, false, messagesOfWorkbook, ".xlsx", "GD_"},
        {"foxpro", "FoxPro 登记表", "ORDER_NO", "ORDER_ID", {"STATUS"}, true, messagesOfFoxpro, ".dbf", "BJ_"},
        {"grid", "区级网格平台 XML 清单", "taskId", "task_id", {"streetName", "executeDeptCode"}, true, messagesOfGrid, ".xml", "AJQD_"},
        {"board", "网络问政平台", "tid", "threadId", {"state"}, false, messagesOfBoard},
    };
    return kTable;
}

const Shape* findShape(std::string_view name) {
    const auto table = shapeTable();
    const auto found = std::find_if(table.begin(), table.end(), [&](const Shape& each) { return name == each.name; });
    return found == table.end() ? nullptr : &*found;
}

std::string digits(std::uint64_t number, std::size_t width) {
    std::string text = std::to_string(number);
    return text.size() < width ? std::string(width - text.size(), '0') + text : text;
}

std::int64_t beginningOf(const ShapeOptions& options, std::size_t i) {
    return static_cast<std::int64_t>(options.first_no - 1 + i) * kBetweenCasesSeconds + options.skew_s;
}

}  // namespace yht::sources_sim
