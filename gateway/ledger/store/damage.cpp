#include "gateway/ledger/store/damage.h"

namespace yht::ledger {

base::Error forOperator(base::Error error, const std::string& path) {
    if (error.code != base::ErrorCode::LedgerCorrupt) return error;
    return base::makePublicError(
        error.code,
        error.row().en + std::string(" Stop the gateway and keep a copy of the directory as it is. yht ledger verify says what differs: where"
                                     " leaves and payloads fit, yht ledger rebuild makes the other tables anew; else bring the newest backup"
                                     " back with yht ledger restore."),
        error.row().zh + std::string("请停止网关并原样保留该目录的副本。用 yht ledger verify 查看差异:叶与内容无误时以 yht ledger rebuild 重建其余各表,"
                                     "否则以 yht ledger restore 恢复最近的备份。"),
        path + (error.detail.empty() ? "" : ": " + error.detail)
    );
}

std::string operatorText(const base::Error& error, const std::string& path) {
    const auto told = forOperator(error, path);
    return base::describe(told) + (told.code == base::ErrorCode::LedgerCorrupt ? "\n" + told.public_zh : "");
}

}  // namespace yht::ledger
