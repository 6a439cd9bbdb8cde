/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/flow.h"

int main(void)
{
	return 0;
}
